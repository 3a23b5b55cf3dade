//! The console without a terminal: keys in, effects and screens out.

mod evidence;
mod keys;
mod screens;
mod sizes;
