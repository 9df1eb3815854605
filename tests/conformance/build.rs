//! Presses the documentation in `docs/`.

fn main() -> Result<(), toolpress_codegen::Error> {
    toolpress_codegen::Config::new("docs").compile()
}
