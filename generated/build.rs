//! Presses the documentation in `schemas/`. `TOOLPRESS_BUILD_VENDORS`, `…_METHODS`, `…_TAGS` and
//! `…_EFFECTS` narrow what is pressed; `TOOLPRESS_LOCK=update` says that a change which breaks callers is meant.

fn main() -> Result<(), toolpress_codegen::Error> {
    toolpress_codegen::Config::new("../schemas")
        .environment("TOOLPRESS_BUILD")
        .example_path("toolpress_generated")
        .lock("toolpress.lock")
        // The vendors' own words make some names long, some calls take much, and settings nest. What a name tells
        // is not said again: models read all of this in every conversation.
        .allow(["long-name", "tool-size", "depth", "no-description"])
        .compile()
}
