//! Presses the documentation in `docs/`.

fn main() -> Result<(), toolpress_codegen::Error> {
    toolpress_codegen::Config::new("docs").example_path("toolpress_own_vendor").compile()
}
