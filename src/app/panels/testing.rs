//! A rich sample of what panels read, and a desk on which a panel is drawn and clicked without a graphics card.
mod desk;
mod numbers;
mod picture;
mod sample;
mod window;

pub(in crate::app::panels) use desk::{Desk, PanelUi};
pub(in crate::app::panels) use sample::{LIVE, Sample};
