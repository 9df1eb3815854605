//! A crate outside the product that presses its own small documentation from its own build script.
