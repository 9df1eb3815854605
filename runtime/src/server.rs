//! One MCP server: a vendor's tools behind a filter, acting for one account.
//!
//! What a client may see and what it may call come from the same mask, so the two cannot differ.

use crate::call::{self, CallOutcome, Caller, EgressPolicy, Upstream};
use crate::mcp::ToolList;
use crate::observe::{Observer, Watch};
use crate::{Account, Limits};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use toolpress_core::{Catalog, Mask, Tool, Vendor, Workflow, nearest};

/// What all servers of a process share: the way to the vendors, and the bounds.
#[derive(Debug)]
pub struct Shared {
    upstream: Upstream,
    limits: Limits,
    calls: Arc<Room>,
    turned_away: AtomicU64,
}

impl Shared {
    /// For the servers of one process.
    pub fn new(upstream: Upstream, limits: Limits) -> Arc<Self> {
        let calls = Room::of(limits.calls);
        Arc::new(Self { upstream, limits, calls, turned_away: AtomicU64::new(0) })
    }

    /// The bounds.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Calls that run now.
    pub fn running(&self) -> usize {
        self.calls.taken.load(Ordering::Relaxed)
    }

    /// Calls that were turned away so far, since too many ran.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// Where calls may go.
    pub fn policy(&self) -> &EgressPolicy {
        self.upstream.policy()
    }
}

/// What can be chosen about a server beside its tools.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ServerOptions {
    /// The name that clients show; the vendor's label if there is none.
    pub name: Option<String>,
    /// Puts each tool's `outputSchema` into `tools/list`.
    pub output_schemas: bool,
    /// Is told of every call.
    pub observer: Option<Arc<dyn Observer>>,
}

/// One MCP server.
pub struct Server {
    vendor: &'static Vendor,
    mask: Mask,
    account: Arc<Account>,
    shared: Arc<Shared>,
    calls: Arc<Room>,
    name: String,
    output_schemas: bool,
    documentation: &'static str,
    info: Value,
    list: OnceLock<ToolList>,
    observer: Option<Arc<dyn Observer>>,
}

/// Room for so many at a time. Nobody waits for it: whoever finds none is turned away.
#[derive(Debug)]
struct Room {
    most: usize,
    taken: AtomicUsize,
}

/// A place in a room; given back when dropped.
#[derive(Debug)]
struct Place(Arc<Room>);

impl Room {
    fn of(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: AtomicUsize::new(0) })
    }

    fn enter(self: &Arc<Self>) -> Option<Place> {
        let more = |taken| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Place(Arc::clone(self)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to run one call; given back when dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    _server: Place,
    _process: Place,
}

impl Server {
    /// A server for the tools of `vendor` inside `mask`. `catalog` is where the vendor comes from.
    pub fn new(
        shared: Arc<Shared>,
        catalog: &'static Catalog,
        vendor: &'static Vendor,
        mask: Mask,
        account: Arc<Account>,
        options: ServerOptions,
    ) -> Self {
        let name = options.name.unwrap_or_else(|| vendor.label.to_owned());
        Self {
            info: json!({ "name": name, "version": env!("CARGO_PKG_VERSION") }),
            calls: Room::of(shared.limits.calls_per_server),
            documentation: catalog.fingerprint,
            output_schemas: options.output_schemas,
            list: OnceLock::new(),
            observer: options.observer,
            vendor,
            mask,
            account,
            shared,
            name,
        }
    }

    /// The name that clients show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vendor.
    pub fn vendor(&self) -> &'static Vendor {
        self.vendor
    }

    /// The tools it shows.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// The bounds.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// A visible tool. One outside the mask is no different from one that does not exist.
    pub(crate) fn tool(&self, name: &str) -> Option<&'static Tool> {
        self.vendor.tool(name).filter(|(place, _)| self.mask.has(*place)).map(|(_, tool)| tool)
    }

    /// The visible tool that a wrong name may have meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.vendor.visible(&self.mask).map(|(_, tool)| tool.name))
    }

    /// The bytes of `tools/list`, made at the first request.
    pub(crate) fn list(&self) -> &ToolList {
        self.list.get_or_init(|| {
            let array = listing(self.vendor, &self.mask, self.output_schemas);
            ToolList::new(array, &self.info)
        })
    }

    /// The workflows whose tools are all visible.
    pub(crate) fn workflows(&self) -> impl Iterator<Item = &'static Workflow> + use<'_> {
        self.vendor.visible_workflows(&self.mask)
    }

    /// What a model should know before it uses any tool; `None` when there is nothing to say.
    pub(crate) fn instructions(&self) -> Option<String> {
        Some(self.vendor.instructions(&self.mask)).filter(|text| !text.is_empty())
    }

    /// `serverInfo`.
    pub(crate) fn info(&self) -> &Value {
        &self.info
    }

    /// Fingerprint of the documentation that the tools were pressed from.
    pub(crate) fn documentation(&self) -> &'static str {
        self.documentation
    }

    /// Whether somebody takes note of its calls.
    pub(crate) fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    /// Room for a call of this tool, `None` when the server or the process is full.
    pub(crate) fn admit(&self, tool: &'static Tool) -> Option<Admission> {
        let admission = self.room();
        if admission.is_none() {
            self.shared.turned_away.fetch_add(1, Ordering::Relaxed);
            if let Some(observer) = &self.observer {
                observer.turned_away(tool);
            }
        }
        admission
    }

    fn room(&self) -> Option<Admission> {
        Some(Admission { _server: self.calls.enter()?, _process: self.shared.calls.enter()? })
    }

    /// Runs one call. Dropping the future aborts the request to the vendor.
    pub(crate) async fn call(&self, tool: &'static Tool, arguments: Map<String, Value>) -> CallOutcome {
        let caller = Caller { vendor: self.vendor, mask: &self.mask, account: &self.account };
        let mut watch = Watch::start(self.observer.as_deref(), tool, &arguments);
        let outcome = call::call(&self.shared.upstream, caller, tool, arguments).await;
        watch.ended(&outcome);
        outcome
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("name", &self.name)
            .field("vendor", &self.vendor.slug)
            .field("tools", &self.mask.count())
            .finish_non_exhaustive()
    }
}

/// The tools inside a mask as the JSON array of `tools/list`.
pub(crate) fn listing(vendor: &Vendor, mask: &Mask, output_schemas: bool) -> String {
    let mut array = String::from("[");
    for (number, (_, tool)) in vendor.visible(mask).enumerate() {
        if number > 0 {
            array.push(',');
        }
        tool.listing(mask, output_schemas, &mut array);
    }
    array.push(']');
    array
}
