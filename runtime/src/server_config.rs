//! What an MCP server is limited to, as the control plane writes it and the store keeps it.

use serde::{Deserialize, Serialize};
use toolpress_core::Filter;
use utoipa::ToSchema;

/// What a server is limited to. The lists that are there must all agree; one that is absent allows all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
// A limit that is not understood, as in a damaged row or one of a newer version, must not be passed over.
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Groups `read` (list, get), `write` (create, update, delete), `custom` (all others), or method names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1)]
    pub methods: Option<Vec<String>>,
    /// Tags; a tool needs one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1)]
    pub tags: Option<Vec<String>>,
    /// Allowed effects: `read`, `write`, `destructive`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1)]
    pub effects: Option<Vec<String>>,
    /// The URL alone is not enough: an API token is wanted too.
    #[serde(default)]
    pub require_api_token_auth: bool,
    /// Puts each tool's `outputSchema` into `tools/list`.
    #[serde(default)]
    pub output_schemas: bool,
}

impl ServerConfig {
    /// The filter in it.
    pub fn filter(&self) -> Filter {
        Filter { methods: self.methods.clone(), tags: self.tags.clone(), effects: self.effects.clone() }
    }

    /// Whether any tool is left out at all.
    pub fn limits_nothing(&self) -> bool {
        self.methods.is_none() && self.tags.is_none() && self.effects.is_none()
    }
}
