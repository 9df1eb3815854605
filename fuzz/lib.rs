//! What the targets share with the property tests of `runtime/tests/hostile`.

#[path = "../runtime/tests/hostile/kinds.rs"]
pub mod kinds;
#[path = "../runtime/tests/hostile/oracles.rs"]
pub mod oracles;
