//! Text that mentions other tools, in pieces that vanish together with the tools they mention.

use crate::Mask;

/// A piece of text and the tools it mentions.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// The text, as it is to be written.
    pub text: &'static str,
    /// Places in [`crate::Vendor::tools`] of all tools the text mentions.
    pub needs: &'static [u16],
}

impl Piece {
    /// Whether every tool it mentions is inside the mask.
    pub fn fits(&self, mask: &Mask) -> bool {
        self.needs.iter().all(|place| mask.has(usize::from(*place)))
    }
}

/// The pieces that fit the mask, in order, without separators.
pub fn compose(pieces: &[Piece], mask: &Mask) -> String {
    pieces.iter().filter(|piece| piece.fits(mask)).map(|piece| piece.text).collect()
}
