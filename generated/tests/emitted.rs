//! The copy of pressed code that people read in review: the text of each vendor, and what a model reads of
//! each tool.

use serde_json::Value;
use std::path::Path;
use toolpress_codegen::{Config, Loaded};

fn press() -> (Config, Loaded) {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let mut config = Config::new(schemas);
    config.example_path("toolpress_generated");
    let loaded = config.load().expect("the shipped documentation is sound");
    (config, loaded)
}

#[test]
fn emitted_text_of_each_vendor() {
    let (config, Loaded { catalog, .. }) = press();
    for vendor in &catalog.vendors {
        let mut alone = catalog.clone();
        alone.vendors.retain(|other| other.slug == vendor.slug);
        let text = config.generate(&alone).expect("a catalogue that was loaded can be written");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{}.rs", vendor.slug), text);
        });
    }
}

#[test]
fn what_a_model_reads_of_each_tool() {
    for vendor in toolpress_generated::CATALOG.vendors {
        let all = toolpress_core::Mask::all(vendor);
        for tool in vendor.tools {
            let mut entry = String::new();
            tool.listing(&all, true, &mut entry);
            let entry: Value = serde_json::from_str(&entry).expect("an entry is JSON");
            let pretty = serde_json::to_string_pretty(&entry).expect("JSON can be written");
            let path = format!("snapshots/{}", vendor.slug);
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => path }, {
                insta::assert_snapshot!(tool.name, pretty);
            });
        }
    }
}

/// The whole vendor at a glance: a changed name, verb, path or effect is one changed line.
#[test]
fn inventory_of_each_vendor() {
    for vendor in toolpress_generated::CATALOG.vendors {
        let lines: String = vendor
            .tools
            .iter()
            .map(|tool| {
                let params: Vec<_> = tool
                    .params
                    .iter()
                    .map(|param| format!("{}{}", param.name, if param.required { "*" } else { "" }))
                    .collect();
                let (effect, tags) = (tool.effect.as_str(), tool.tags.join(","));
                let again = if tool.idempotent { "idempotent" } else { "once" };
                let (name, params) = (tool.name, params.join(" "));
                format!(
                    "{name}\n    {} {}\n    {effect}, {again}, [{tags}]\n    {params}\n",
                    tool.http, tool.path
                )
            })
            .collect();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{}.inventory", vendor.slug), lines);
        });
    }
}
