//! The tools pressed from the documentation in schemas/.
