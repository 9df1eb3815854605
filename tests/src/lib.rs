//! End-to-end tests: real transports, real clients, simulated vendors.
