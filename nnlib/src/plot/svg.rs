//! Shapes to SVG.

use std::fmt::Write;

use base64::Engine;

use super::canvas::{Anchor, Canvas, Raster, Shape, Stroke};
use super::color::Color;
use super::raster::Picture;
use crate::Error;

/// The canvas as an SVG document whose `<title>` and `<desc>` say what it shows.
pub(super) fn svg(canvas: &Canvas, title: &str, description: &str) -> Result<String, Error> {
    let (w, h) = (canvas.width, canvas.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         font-family=\"DejaVu Sans, Verdana, sans-serif\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n",
        escape(title),
        escape(description)
    );
    let mut clips = 0;
    let mut clipped = false;
    for shape in &canvas.shapes {
        match shape {
            Shape::Path { points, closed, fill, stroke } => {
                let mut d = String::new();
                for (i, (x, y)) in points.iter().enumerate() {
                    let _ = write!(d, "{}{x:.2} {y:.2}", if i == 0 { 'M' } else { 'L' });
                }
                let end = if *closed { "Z" } else { "" };
                let _ = writeln!(out, "<path d=\"{d}{end}\"{}{}/>", fill_of(*fill), stroke_of(stroke.as_ref()));
            }
            Shape::Circle { at: (x, y), radius, fill, stroke } => {
                let (fill, stroke) = (fill_of(*fill), stroke_of(stroke.as_ref()));
                let _ = writeln!(out, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius:.2}\"{fill}{stroke}/>");
            }
            Shape::Curve { points: [a, b, c, d], stroke } => {
                let _ = writeln!(
                    out,
                    "<path d=\"M{:.2} {:.2}C{:.2} {:.2} {:.2} {:.2} {:.2} {:.2}\" fill=\"none\"{}/>",
                    a.0,
                    a.1,
                    b.0,
                    b.1,
                    c.0,
                    c.1,
                    d.0,
                    d.1,
                    stroke_of(Some(stroke))
                );
            }
            Shape::Text(text) => {
                let (x, y) = text.at;
                let anchor = match text.anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                let turn = if text.upward { format!(" transform=\"rotate(-90 {x:.2} {y:.2})\"") } else { String::new() };
                let (size, fill, content) = (text.size, fill_of(Some(text.color)), escape(&text.text));
                let _ = writeln!(
                    out,
                    "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{fill}{turn}>{content}</text>"
                );
            }
            Shape::Raster { area, raster } => {
                let (x, y, w, h) = (area.x, area.y, area.w, area.h);
                let data = base64::engine::general_purpose::STANDARD.encode(picture(raster).png()?);
                let _ = writeln!(
                    out,
                    "<image x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" preserveAspectRatio=\"none\" \
                     image-rendering=\"pixelated\" href=\"data:image/png;base64,{data}\"/>"
                );
            }
            Shape::Clip(area) => {
                if std::mem::take(&mut clipped) {
                    out.push_str("</g>\n");
                }
                if let Some(r) = area {
                    clips += 1;
                    clipped = true;
                    let _ = writeln!(
                        out,
                        "<clipPath id=\"clip{clips}\"><rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\"/></clipPath>\n\
                         <g clip-path=\"url(#clip{clips})\">",
                        r.x, r.y, r.w, r.h
                    );
                }
            }
        }
    }
    if clipped {
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn picture(raster: &Raster) -> Picture {
    Picture { width: raster.columns, height: raster.rows, pixels: raster.cells.clone() }
}

fn hex(color: Color) -> String {
    let [r, g, b] = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn opacity(name: &str, color: Color) -> String {
    if color.alpha < 1.0 { format!(" {name}-opacity=\"{:.2}\"", color.alpha) } else { String::new() }
}

fn fill_of(fill: Option<Color>) -> String {
    fill.map_or(" fill=\"none\"".to_owned(), |color| format!(" fill=\"{}\"{}", hex(color), opacity("fill", color)))
}

fn stroke_of(stroke: Option<&Stroke>) -> String {
    let Some(stroke) = stroke else { return String::new() };
    let mut out = format!(" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"", hex(stroke.color), stroke.width);
    out.push_str(&opacity("stroke", stroke.color));
    if stroke.dash.is_empty() {
        out.push_str(" stroke-linecap=\"round\"");
    } else {
        let lengths: Vec<String> = stroke.dash.iter().map(f64::to_string).collect();
        let _ = write!(out, " stroke-dasharray=\"{}\"", lengths.join(" "));
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
