//! What every request passes: its id, its bounds, its body, and the media type of its answer.

mod accept;
mod body;
mod bounds;
mod id;
mod json;
mod share;

pub use accept::{Accept, MediaRange};
pub use body::{Body, TextBody, media_type};
pub use bounds::{Bounds, bounded, place};
pub use id::{NumberedRequest, request_id, unnumbered};
pub use json::{Fields, Position, read};
pub use share::{Share, Shares};
