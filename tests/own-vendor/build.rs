//! Presses the documentation in `docs/`.

fn main() -> Result<(), toolpress_codegen::Error> {
    let mut config = toolpress_codegen::Config::new("docs");
    config.example_path("toolpress_own_vendor").allow(["no-description"]).compile()
}
