//! Marker shapes: a class is told by shape as well as by colour.

use std::f64::consts::PI;

use super::canvas::{Canvas, Stroke};
use super::color::{Color, WHITE};

/// The shape of a point's mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Triangle,
    Square,
    Diamond,
    Cross,
    Plus,
    TriangleDown,
    Star,
}

const ORDER: [Marker; 8] =
    [Marker::Circle, Marker::Triangle, Marker::Square, Marker::Diamond, Marker::Cross, Marker::Plus, Marker::TriangleDown, Marker::Star];

/// The marker of a class or a series.
pub(super) fn series(index: usize) -> Marker {
    ORDER[index % ORDER.len()]
}

impl Marker {
    /// Draws the mark around a point, about as large as a circle of this radius.
    pub(super) fn draw(self, canvas: &mut Canvas, (x, y): (f64, f64), radius: f64, color: Color) {
        // A white rim keeps marks apart where they overlap.
        let rim = Some(Stroke::new(WHITE.alpha(color.alpha), 0.8));
        let corners = |corners: &[(f64, f64)]| corners.iter().map(|(u, v)| (x + u * radius, y + v * radius)).collect::<Vec<_>>();
        match self {
            Self::Circle => canvas.circle((x, y), radius, Some(color), rim),
            Self::Triangle => canvas.polygon(corners(&[(0.0, -1.3), (1.15, 0.8), (-1.15, 0.8)]), Some(color), rim),
            Self::TriangleDown => canvas.polygon(corners(&[(0.0, 1.3), (1.15, -0.8), (-1.15, -0.8)]), Some(color), rim),
            Self::Square => canvas.polygon(corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]), Some(color), rim),
            Self::Diamond => canvas.polygon(corners(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]), Some(color), rim),
            Self::Cross | Self::Plus => {
                let (a, b) = if self == Self::Cross { ((0.85, 0.85), (0.85, -0.85)) } else { ((1.1, 0.0), (0.0, 1.1)) };
                for (u, v) in [a, b] {
                    canvas.line(corners(&[(-u, -v), (u, v)]), Stroke::new(color, radius * 0.55));
                }
            }
            Self::Star => {
                let points = (0..10).map(|i| {
                    let (angle, r) = (f64::from(i) * PI / 5.0, if i % 2 == 0 { 1.4 } else { 0.6 });
                    (r * angle.sin(), -r * angle.cos())
                });
                canvas.polygon(corners(&points.collect::<Vec<_>>()), Some(color), rim);
            }
        }
    }
}
