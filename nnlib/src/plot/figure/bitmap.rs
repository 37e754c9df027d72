//! Pictures made of pixels, with smooth edges.

use plotters::backend::BitMapBackend;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind};

use super::canvas::{Canvas, Rect};
use super::color::{Color, WHITE};
use super::paint::Painter;
use crate::error::Error;

/// Red, green and blue of each pixel, row by row from the top.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

/// Plotters' pixels are either inside a shape or not: so many squared of them, averaged, make one whose edges are smooth.
const FINER: usize = 3;

/// So many fine pixels are painted at a time: a large picture in bands of rows.
const BAND: usize = 8_000_000;

impl Picture {
    /// The canvas as pixels.
    pub(super) fn of(canvas: &Canvas) -> Result<Self, Error> {
        let (width, height) = (canvas.width.round() as usize, canvas.height.round() as usize);
        let most = (BAND / (width * FINER * FINER)).clamp(1, height);
        let mut fine = vec![0; most * width * FINER * FINER * 3];
        let mut pixels = Vec::with_capacity(width * height);
        for top in (0..height).step_by(most) {
            let rows = most.min(height - top);
            let fine = &mut fine[..rows * width * FINER * FINER * 3];
            fine.fill(255);
            let mut backend = Fine(BitMapBackend::with_buffer(fine, ((width * FINER) as u32, (rows * FINER) as u32)));
            let window = Rect { x: 0.0, y: top as f64, w: width as f64, h: rows as f64 };
            let mut painter = Painter { backend: &mut backend, scale: FINER as f64, window };
            painter.paint(canvas, &canvas.shapes).map_err(|error| Error::Draw(error.to_string()))?;
            drop(backend);
            average(fine, width, &mut pixels);
        }
        Ok(Self { width, height, pixels })
    }
}

/// Adds each square of fine pixels as the one pixel of their average colour.
fn average(fine: &[u8], width: usize, pixels: &mut Vec<[u8; 3]>) {
    let mut sums = vec![0_u16; width * FINER * 3];
    for rows in fine.chunks_exact(width * FINER * 3 * FINER) {
        sums.fill(0);
        for row in rows.chunks_exact(width * FINER * 3) {
            sums.iter_mut().zip(row).for_each(|(sum, &part)| *sum += u16::from(part));
        }
        let count = (FINER * FINER) as u16;
        let average = |square: &[u16], part: usize| {
            let sum: u16 = square.iter().skip(part).step_by(3).sum();
            ((sum + count / 2) / count) as u8
        };
        pixels.extend(sums.chunks_exact(3 * FINER).map(|square| [0, 1, 2].map(|part| average(square, part))));
    }
}

/// Plotters' bitmap, with lines drawn piece by piece and round at their joints: the one polygon that plotters makes of a line has holes
/// where the line crosses itself.
struct Fine<'a>(BitMapBackend<'a>);

type Drawn<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> DrawingBackend for Fine<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.0.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn<'a> {
        self.0.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn<'a> {
        self.0.draw_line(from, to, style)
    }

    fn blit_bitmap(&mut self, pos: BackendCoord, size: (u32, u32), pixels: &[u8]) -> Drawn<'a> {
        self.0.blit_bitmap(pos, size, pixels)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn<'a> {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        // Pieces overlap at the joints, where a colour that lets something through would show twice.
        let BackendColor { alpha, rgb: (r, g, b) } = style.color();
        let color = BackendColor::from(WHITE.mix(Color::new([r, g, b]), alpha));
        let half = f64::from(style.stroke_width()) / 2.0;
        for pair in points.windows(2) {
            let [(x0, y0), (x1, y1)] = [pair[0], pair[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
            let length = (x1 - x0).hypot(y1 - y0);
            if length > 0.0 {
                let (nx, ny) = ((y0 - y1) / length * half, (x1 - x0) / length * half);
                let corners = [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)];
                self.0.fill_polygon(corners.map(|(x, y)| (x.round() as i32, y.round() as i32)), &color)?;
            }
        }
        if points.len() > 2 && half > 1.0 {
            let closed = points.first() == points.last();
            let joints = if closed { &points[1..] } else { &points[1..points.len() - 1] };
            for &joint in joints {
                self.0.draw_circle(joint, half as u32, &color, true)?;
            }
        }
        Ok(())
    }
}
