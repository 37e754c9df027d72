//! The door to plotters: a reader's own drawing code as a figure.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::style::{FontStyle, RGBAColor, register_font};
use plotters_backend::text_anchor::VPos;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

use super::canvas::{Canvas, Points, Raster, Rect, Shape, Stroke, Text, circle, printable};
use super::color::Color;
use super::figure::Figure;
use super::font::{BUILT_IN, Font};
use super::layout::{Drawing, Shown};
use super::paint::LINE;
use crate::error::Error;

/// The backend that [`drawn`] gives to plotters: it keeps what is drawn, to be shown and saved as any figure is.
pub struct Sheet(Canvas);

/// What was drawn, and on what size.
#[derive(Clone)]
struct Drawn {
    size: (f64, f64),
    shapes: Vec<Shape>,
}

/// A figure that you draw yourself with [plotters](crate::plot::plotters), on an area of `width` × `height` pixels.
///
/// The area is plotters' own: fill it, split it, build charts on it. Its fonts are "sans-serif", "serif" and "monospace", all of which are
/// the crate's. For lines that are smoother than whole pixels allow draw on a larger area, and ask for a smaller
/// [`size`](Figure::size).
///
/// # Errors
/// [`Error::Value`] for a side that is not from 100 to 4000 pixels, [`Error::Draw`] with the message of whatever error `draw` returned.
///
/// ```
/// use nnlib::plot::{drawn, plotters::prelude::*};
/// let figure = drawn(640, 400, |area| {
///     area.fill(&WHITE)?;
///     let mut chart = ChartBuilder::on(&area).margin(10).x_label_area_size(30).y_label_area_size(40).build_cartesian_2d(0.0..6.3, -1.0..1.0)?;
///     chart.configure_mesh().draw()?;
///     chart.draw_series(LineSeries::new((0..=63).map(|i| f64::from(i) / 10.0).map(|x| (x, x.sin())), &RED))?;
///     Ok(())
/// })?;
/// assert!(figure.title("A sine").svg()?.contains("polyline"));
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn drawn(
    width: u32,
    height: u32,
    draw: impl FnOnce(DrawingArea<Sheet, Shift>) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<Figure, Error> {
    // Plotters' list of fonts is empty in each new cell of a notebook.
    for name in ["sans-serif", "serif", "monospace"] {
        register_font(name, FontStyle::Normal, BUILT_IN).map_err(|_| Error::Draw("the crate's font cannot be read".into()))?;
    }
    let size = (f64::from(width), f64::from(height));
    let sheet = Rc::new(RefCell::new(Sheet(Canvas::new(size.0, size.1, Font::new(None)?))));
    draw(DrawingArea::from(&sheet)).map_err(|error| Error::Draw(error.to_string()))?;
    let shapes = sheet.borrow_mut().0.shapes.drain(..).map(|(_, shape)| shape).collect();
    Figure::of(Drawn { size, shapes }).size(width, height)
}

impl Drawing for Drawn {
    fn kind(&self) -> &'static str {
        "a drawing of your own"
    }

    fn size(&self, _font: &Font) -> (f64, f64) {
        self.size
    }

    /// A drawing has margins of its own.
    fn margin(&self) -> f64 {
        0.0
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _outer: Rect, _shown: Shown) {
        let k = (area.w / self.size.0).min(area.h / self.size.1);
        let at = |(x, y): (f64, f64)| (area.x + k * x, area.y + k * y);
        let moved = |points: &Points| points.iter().map(|&point| at(point)).collect::<Points>();
        canvas.clip = Some(Rect { w: k * self.size.0, h: k * self.size.1, ..area });
        for shape in &self.shapes {
            canvas.push(match shape {
                Shape::Line(points, stroke) => Shape::Line(moved(points), Stroke { width: stroke.width * k, ..*stroke }),
                Shape::Area(points, color) => Shape::Area(moved(points), *color),
                Shape::Disc(centre, radius, color) => Shape::Disc(at(*centre), radius * k, *color),
                Shape::Text(text) => Shape::Text(Text { at: at(text.at), size: text.size * k, ..text.clone() }),
                Shape::Raster(r, raster) => {
                    let (x, y) = at((r.x, r.y));
                    Shape::Raster(Rect { x, y, w: r.w * k, h: r.h * k }, raster.clone())
                }
            });
        }
        canvas.clip = None;
    }

    fn describe(&self) -> String {
        let texts = self.shapes.iter().filter_map(|shape| if let Shape::Text(text) = shape { Some(text.text.as_str()) } else { None });
        format!("A drawing with the words: {}.", texts.collect::<Vec<_>>().join(", "))
    }
}

type Kept = Result<(), DrawingErrorKind<Infallible>>;

fn point((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

fn color(BackendColor { alpha, rgb: (r, g, b) }: BackendColor) -> Color {
    RGBAColor(r, g, b, alpha)
}

impl DrawingBackend for Sheet {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.0.width as u32, self.0.height as u32)
    }

    fn ensure_prepared(&mut self) -> Kept {
        Ok(())
    }

    fn present(&mut self) -> Kept {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Kept {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Kept {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Kept {
        let corners = [a, (b.0, a.1), b, (a.0, b.1)];
        if fill { self.fill_polygon(corners, style) } else { self.draw_path(corners.into_iter().chain([a]), style) }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Kept {
        let stroke = Stroke::new(color(style.color()), f64::from(style.stroke_width()));
        self.0.line(path.into_iter().map(point).collect::<Points>(), stroke);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Kept {
        self.0.polygon(corners.into_iter().map(point).collect(), Some(color(style.color())), None);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Kept {
        let (color, radius) = (color(style.color()), f64::from(radius));
        if fill {
            self.0.push(Shape::Disc(point(centre), radius, color));
        } else {
            self.0.polygon(circle(point(centre), radius), None, Some(Stroke::new(color, f64::from(style.stroke_width()))));
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Kept {
        let (size, turn, (x, y)) = (style.size() / LINE, style.transform(), point(at));
        let below = match style.anchor().v_pos {
            VPos::Top => 0.8,
            VPos::Center => 0.36,
            VPos::Bottom => -0.2,
        };
        let (across, down) = turn.transform(0, 1);
        let at = (x + f64::from(across) * below * size, y + f64::from(down) * below * size);
        self.0.push(Shape::Text(Text { text: printable(text), at, size, color: color(style.color()), anchor: style.anchor().h_pos, turn }));
        Ok(())
    }

    fn blit_bitmap(&mut self, at: BackendCoord, (w, h): (u32, u32), pixels: &[u8]) -> Kept {
        let ((x, y), cells) = (point(at), pixels.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect());
        if w > 0 && h > 0 && pixels.len() as u64 == u64::from(w) * u64::from(h) * 3 {
            let area = Rect { x, y, w: f64::from(w), h: f64::from(h) };
            self.0.push(Shape::Raster(area, Raster { columns: w as usize, rows: h as usize, cells }));
        }
        Ok(())
    }
}
