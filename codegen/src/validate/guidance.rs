//! Guidance: every link leads to a tool, from a field that is answered to a parameter that takes it.

use super::value;
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::{Documented, documented};
use crate::source::guidance::argument;
use crate::source::records::{Named, Next, Poll, Schema, Vendor};
use crate::source::resolve::resolve;
use crate::source::{Span, Spanned};
use std::collections::HashMap;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    let mut check = Check::new(vendor, found);
    for place in 0..check.methods.len() {
        let method = check.methods[place];
        let guidance = &method.record.guidance;
        for requires in &guidance.requires {
            let Some(other) = check.tool(&requires.tool) else { continue };
            let param = requires.param.as_ref().and_then(|param| check.param(&method, param));
            let field = requires.field.as_ref().and_then(|field| check.field(&other, field));
            if let (Some(param), Some(field), Some(place)) = (param, field, &requires.param) {
                check.fits(&field, &param, place);
            }
        }
        for next in &guidance.next {
            check.next(&method, next);
        }
        if let Some(undo) = &guidance.undo {
            check.another(&method, undo, "undo");
        }
        if let Some(poll) = &guidance.poll {
            check.poll(&method, poll);
        }
        for instead in &guidance.instead {
            check.another(&method, &instead.tool, "stand in for");
        }
    }
    check.cycles();
}

/// A value that is passed on.
pub(super) struct Passed {
    schema: Schema,
    /// There are several: a field of each item of an array, or of each record of a list.
    many: bool,
}

/// Looks things up that links name, and reports what is not there.
pub(super) struct Check<'d, 'f> {
    vendor: &'d Vendor,
    methods: Vec<Documented<'d>>,
    pub(super) found: &'f mut Diagnostics,
}

impl<'d, 'f> Check<'d, 'f> {
    pub(super) fn new(vendor: &'d Vendor, found: &'f mut Diagnostics) -> Self {
        Self { vendor, methods: documented(vendor), found }
    }

    /// The tool that a link leads to.
    pub(super) fn tool(&mut self, link: &Spanned<String>) -> Option<Documented<'d>> {
        let name = |method: &Documented<'_>| format!("{}.{}", method.resource, method.method);
        if let Some(method) = self.methods.iter().find(|method| name(method) == link.value) {
            return Some(*method);
        }
        let names: Vec<_> = self.methods.iter().map(name).collect();
        let diagnostic =
            Diagnostic::new(Code::DeadLink, link.span, format!("no tool is documented as `{}`", link.value))
                .label("expected `resource.method`")
                .did_you_mean(&link.value, names.iter().map(String::as_str));
        self.found.add(diagnostic);
        None
    }

    /// A link that leads back to where it stands helps nobody.
    fn another(&mut self, method: &Documented<'d>, link: &Spanned<String>, verb: &str) {
        if let Some(other) = self.tool(link)
            && (other.resource, other.method) == (method.resource, method.method)
        {
            let message = format!("`{}` cannot {verb} itself", link.value);
            let help = "name another tool, or leave it out";
            self.found.add(Diagnostic::new(Code::GuidanceCycle, link.span, message).help(help));
        }
    }

    /// A parameter of a tool.
    pub(super) fn param(&mut self, method: &Documented<'d>, name: &Spanned<String>) -> Option<Schema> {
        let params = params(method);
        let found = params.iter().find(|(param, _)| param.value == name.value.trim_start_matches('$'));
        if let Some((_, schema)) = found {
            return Some(resolve(schema, &self.vendor.types).into_owned());
        }
        let message = format!("`{}.{}` has no parameter `{}`", method.resource, method.method, name.value);
        let names = params.iter().map(|(param, _)| param.as_str());
        self.found.add(Diagnostic::new(Code::DeadParam, name.span, message).did_you_mean(&name.value, names));
        None
    }

    /// A field of a tool's answer; of one record, if the answer is a list.
    pub(super) fn field(&mut self, method: &Documented<'d>, path: &Spanned<String>) -> Option<Passed> {
        let Some(returns) = &method.record.returns else {
            let message =
                format!("`{}.{}` does not document what it returns", method.resource, method.method);
            let help = "add `returns:` to its record";
            self.found.add(Diagnostic::new(Code::DeadField, path.span, message).help(help));
            return None;
        };
        let mut schema = resolve(returns, &self.vendor.types).into_owned();
        let mut many = method.is_list();
        for key in path.value.split('.') {
            let (key, each) = key.strip_suffix("[]").map_or((key, false), |key| (key, true));
            let variants =
                schema.variants.iter().flatten().flat_map(|(_, variant)| variant.properties.iter().flatten());
            let mut properties = schema.properties.iter().flatten().chain(variants);
            let Some((_, property)) = properties.clone().find(|(name, _)| name.value == key) else {
                let message =
                    format!("`{}.{}` answers no field `{}`", method.resource, method.method, path.value);
                let names: Vec<_> = properties.by_ref().map(|(name, _)| name.as_str()).collect();
                let diagnostic =
                    Diagnostic::new(Code::DeadField, path.span, message).did_you_mean(key, names);
                self.found.add(diagnostic);
                return None;
            };
            schema = resolve(property, &self.vendor.types).into_owned();
            if let (true, Some(items)) = (each, schema.items.take()) {
                schema = resolve(&items, &self.vendor.types).into_owned();
                many = true;
            }
        }
        Some(Passed { schema, many })
    }

    /// A value can be given where another is taken. Of several values all fit an array, and one of them
    /// fits what takes one.
    pub(super) fn fits(&mut self, from: &Passed, to: &Schema, place: &Spanned<String>) {
        let all = from.many && ty(to) == "array" && ty(&from.schema) != "array";
        let items =
            to.items.as_ref().filter(|_| all).map(|items| resolve(items, &self.vendor.types).into_owned());
        let (from_ty, to_ty) = (ty(&from.schema), items.as_ref().map_or(ty(to), ty));
        let same = from_ty == to_ty || from_ty == "any" || to_ty == "any";
        // A number written as text is still the number.
        let written = to_ty == "string" && from_ty == "integer";
        if !same && !written {
            let message = format!("`{}` takes {to_ty}, but is given {from_ty}", place.value);
            self.found
                .add(Diagnostic::new(Code::LinkType, place.span, message).label(format!("expected {to_ty}")));
        }
    }

    fn next(&mut self, method: &Documented<'d>, next: &Next) -> Option<Documented<'d>> {
        let other = self.tool(&next.tool)?;
        for (param, source) in &next.pass {
            let to = self.param(&other, param);
            let from = match argument(source) {
                Some(_) => self.param(method, source).map(|schema| Passed { schema, many: false }),
                None => self.field(method, source),
            };
            if let (Some(from), Some(to)) = (from, to) {
                self.fits(&from, &to, param);
            }
        }
        Some(other)
    }

    fn poll(&mut self, method: &Documented<'d>, poll: &Poll) {
        let Some(other) = self.next(method, &poll.next) else { return };
        for field in &poll.progress {
            if let Some(passed) = self.field(&other, field)
                && !matches!(ty(&passed.schema), "integer" | "number")
            {
                let message = format!("`{}` is no number, so it tells no progress", field.value);
                self.found.add(Diagnostic::new(Code::LinkType, field.span, message));
            }
        }
        let Some(Passed { schema, .. }) = self.field(&other, &poll.field) else { return };
        for value in &poll.values {
            if let Some(problem) = value::problem(&schema, &self.vendor.types, &value.value) {
                let message = format!("`{}` never is that: {problem}", poll.field.value);
                self.found.add(Diagnostic::new(Code::PollValue, value.span, message));
            }
        }
    }

    /// Calls that each want the other first can never begin.
    fn cycles(&mut self) {
        let mut edges: HashMap<String, Vec<&Spanned<String>>> = HashMap::new();
        for method in &self.methods {
            let name = format!("{}.{}", method.resource, method.method);
            let targets = method.record.guidance.requires.iter().map(|requires| &requires.tool);
            edges.insert(name, targets.collect());
        }
        let mut cycles: Vec<(Span, String)> = Vec::new();
        for (start, targets) in &edges {
            for target in targets {
                if reaches(&edges, &target.value, start, &mut Vec::new()) {
                    let message = if *start == target.value {
                        format!("`{start}` requires itself first")
                    } else {
                        format!("`{start}` and `{}` each require the other first", target.value)
                    };
                    cycles.push((target.span, message));
                }
            }
        }
        for (span, message) in cycles {
            self.found
                .add(Diagnostic::new(Code::GuidanceCycle, span, message).help("remove one of the links"));
        }
    }
}

fn reaches<'e>(
    edges: &'e HashMap<String, Vec<&'e Spanned<String>>>,
    from: &'e str,
    to: &str,
    seen: &mut Vec<&'e str>,
) -> bool {
    if from == to {
        return true;
    }
    if seen.contains(&from) {
        return false;
    }
    seen.push(from);
    edges.get(from).into_iter().flatten().any(|next| reaches(edges, &next.value, to, seen))
}

fn params<'d>(method: &Documented<'d>) -> Vec<(&'d Spanned<String>, &'d Schema)> {
    let record = method.record;
    let body: Option<&Named<Schema>> = record.body.as_ref().and_then(|body| body.schema.properties.as_ref());
    let all = record.path.iter().chain(&record.query).chain(&record.header).chain(body.into_iter().flatten());
    all.filter(|(_, schema)| schema.from.is_none()).map(|(name, schema)| (name, schema)).collect()
}

fn ty(schema: &Schema) -> &str {
    match &schema.ty {
        Some(ty) => ty.as_str(),
        None if schema.words.is_some() => "string",
        None => "any",
    }
}
