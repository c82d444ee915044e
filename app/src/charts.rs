//! Charts: pure functions from figures to shapes, and the SVG that draws them. A chart knows
//! values, names and thresholds, no topic; it reads no clock and works without script.

pub mod axis;
pub mod bars;
pub mod bullet;
pub mod drawing;
pub mod frame;
pub mod heat;
pub mod line;
pub mod path;
pub mod scale;
pub mod strip;
pub mod table;
pub mod tone;
