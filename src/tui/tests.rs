//! The console without a terminal: keys in, effects and screens out.

mod evidence;
mod keys;
mod pages;
mod portfolio;
mod screens;
mod sizes;
