//! Two hundred apps through the real program, against stand-ins that count, refuse, fail and see it killed: no limit is
//! overrun, no app starves, nothing is lost, nothing is made up.

mod cancelled;
mod failing;
mod home;
mod killed;
mod limits;
mod vendor;

/// How many apps the fleet has.
const APPS: usize = 200;
