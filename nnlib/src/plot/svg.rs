//! A figure as an SVG document: plotters' SVG, with what it lacks.

use std::fmt::Write;

use base64::Engine;
use plotters::backend::SVGBackend;

use super::canvas::{Canvas, Raster, Rect, Shape, printable};
use super::paint::Painter;
use crate::error::Error;

/// Backends take whole pixels: so many of them to one of the figure's keep curves smooth.
const FINER: f64 = 10.0;

/// The canvas as an SVG document whose `<title>` and `<desc>` say what it shows.
pub(super) fn svg(canvas: &Canvas, title: &str, description: &str) -> Result<String, Error> {
    let (w, h) = (canvas.width, canvas.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFF\"/>\n",
        w * FINER,
        h * FINER,
        escape(title),
        escape(description)
    );
    let window = Rect { x: 0.0, y: 0.0, w, h };
    let is_raster = |shape: &(Option<Rect>, Shape)| matches!(shape.1, Shape::Raster(..));
    for shapes in canvas.shapes.chunk_by(|a, b| !is_raster(a) && !is_raster(b)) {
        if let [(clip, Shape::Raster(area, raster))] = shapes {
            image(&mut out, area, &clip.map_or(*area, |clip| clip.within(area)).within(&window), raster)?;
            continue;
        }
        let mut part = String::new();
        let backend = SVGBackend::with_string(&mut part, ((w * FINER) as u32, (h * FINER) as u32));
        let mut painter = Painter { backend, scale: FINER, window, pixels: false };
        painter.paint(canvas, shapes).map_err(|error| Error::Draw(error.to_string()))?;
        drop(painter);
        // A document's first and last lines are its own.
        let body = part.split_once('\n').map_or("", |(_, body)| body);
        out.push_str(body.trim_end().trim_end_matches("</svg>"));
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Cells of colour travel as a picture within the picture.
fn image(out: &mut String, area: &Rect, shown: &Rect, raster: &Raster) -> Result<(), Error> {
    if shown.w <= 0.0 || shown.h <= 0.0 {
        return Ok(());
    }
    let data = base64::engine::general_purpose::STANDARD.encode(raster.png()?);
    let [x, y, w, h] = [area.x - shown.x, area.y - shown.y, area.w, area.h].map(|length| length * FINER);
    let [left, top, width, height] = [shown.x, shown.y, shown.w, shown.h].map(|length| length * FINER);
    let _ = writeln!(
        out,
        "<svg x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><image x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" \
         height=\"{h:.1}\" preserveAspectRatio=\"none\" image-rendering=\"pixelated\" href=\"data:image/png;base64,{data}\"/></svg>"
    );
    Ok(())
}

fn escape(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
