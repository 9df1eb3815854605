//! What has to hold when something else fails: the power, the disk, the database, the clock, another node,
//! or the number of those who ask.

mod broken_files;
mod clocks;
mod crash;
mod disk;
mod isolation;
mod many;
mod nodes;
mod outage;
mod overload;
mod shutdown;
mod support;
mod versions;
mod writers;
