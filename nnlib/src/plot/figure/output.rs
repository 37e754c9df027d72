//! How a figure becomes a picture: PNG and SVG, files, a notebook's output.

use std::fmt;
use std::path::Path;

use base64::Engine;

use super::Figure;
use super::bitmap::Picture;
use super::svg::svg;
use crate::error::Error;
use crate::file::write::write_atomically;

impl Figure {
    /// The figure as a PNG file.
    ///
    /// # Errors
    /// [`Error::Draw`] when the picture cannot be made.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        Picture::of(&self.canvas()?)?.png()
    }

    /// The figure as an SVG document.
    ///
    /// # Errors
    /// As [`png`](Figure::png).
    pub fn svg(&self) -> Result<String, Error> {
        svg(&self.canvas()?, &self.title, &self.alternative_text())
    }

    /// Saves the figure in the format that the name's ending asks for, `.png` or `.svg`. The file is written beside and then renamed, so
    /// that no reader ever meets half of it.
    ///
    /// # Errors
    /// [`Error::Value`] for another ending, [`Error::File`] when the file cannot be written.
    ///
    /// ```
    /// # let folder = std::env::temp_dir();
    /// let figure = nnlib::plot::line("loss", &[1.0, 2.0], &[0.7, 0.1])?;
    /// figure.save(folder.join("loss.svg"))?;
    /// assert_eq!(figure.save("loss.doc").unwrap_err().to_string(), "file name: expected a name that ends in .png or .svg, got loss.doc");
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let bytes = match ending.as_str() {
            "png" => self.png()?,
            "svg" => self.svg()?.into_bytes(),
            _ => return Err(Error::value("file name", "a name that ends in .png or .svg", path.display())),
        };
        write_atomically(path, &bytes)
    }

    /// Shows the figure in a notebook: the kernel calls this for a value at a cell's end.
    pub fn evcxr_display(&self) {
        match self.png() {
            Ok(png) => show("image/png", &png, &self.alternative_text()),
            Err(error) => eprintln!("{error}"),
        }
    }
}

impl fmt::Debug for Figure {
    /// The alternative text. In a notebook the picture is shown too, see `show_in_notebook`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_in_notebook(|| self.evcxr_display());
        f.write_str(&self.alternative_text())
    }
}

/// Shows a figure that the evcxr kernel asks for its `Debug` instead of its picture: it falls back to that for good when a cell's last
/// expression is not right at its first attempt, as the first `?` of a notebook is not, nor an expression that moves the cell's own variable.
pub(super) fn show_in_notebook(display: impl FnOnce()) {
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        display();
    }
}

/// Prints a picture and its alternative text in the form that the evcxr kernel takes for display data.
pub(super) fn show(mime: &str, file: &[u8], text: &str) {
    let data = base64::engine::general_purpose::STANDARD.encode(file);
    // One write: another thread's line cannot come between. The kernel splits at line ends only.
    let text = text.replace("EVCXR_END_CONTENT", "");
    println!("EVCXR_BEGIN_CONTENT {mime}\n{data}\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");
}
