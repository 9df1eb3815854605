//! End-to-end tests of the whole: pressed tools, the server, simulated vendors, real clients.
