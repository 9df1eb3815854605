//! A vendor whose one tool has an input schema that the press would refuse.
//!
//! The press writes schemas that every client can read, without `$defs`, combinators and conditions. A
//! server passes on what stands in its tables, whatever it is, and this table shows that it does.

use crate::test;
use toolpress_core::{Piece, Tool, Vendor};

/// The vendor.
pub(crate) static VENDOR: Vendor = Vendor {
    slug: "json_schema_2020_12",
    label: "JSON Schema 2020-12",
    workflows: &[],
    instructions: &[],
    tools: TOOLS,
    methods: &[("tool", &[1])],
    tags: &[],
    ..test::VENDOR
};

static TOOLS: &[Tool] = &[Tool {
    name: "json_schema_2020_12_tool",
    title: "Schema",
    entry: &[Piece { text: ENTRY, needs: &[] }],
    ..test::VENDOR.tools[0]
}];

const ENTRY: &str = r##"{"name":"json_schema_2020_12_tool","title":"Schema","description":"Tool with JSON Schema 2020-12 features","inputSchema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false},"annotations":{"readOnlyHint":true}"##;
