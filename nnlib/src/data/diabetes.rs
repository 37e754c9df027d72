//! The diabetes of the Pima. Source and licence stand in `data/README.md`.

use ndarray::{Array2, ArrayView1};

use super::Dataset;
use super::csv::Table;
use crate::error::Error;

/// The features in which a zero stands for a missing value.
const ZERO_IS_MISSING: [&str; 5] = ["glucose", "pressure", "triceps", "insulin", "mass"];

/// Measurements of 768 women of Pima heritage, and who of them had diabetes within five years.
#[derive(Clone, Debug, PartialEq)]
pub struct Diabetes {
    /// The raw measurements, shape (768, 8), and the classes: 0 for no (500), 1 for yes (268).
    pub data: Dataset,
    /// The names of the features.
    ///
    /// | name | what | unit |
    /// | --- | --- | --- |
    /// | pregnant | number of pregnancies | |
    /// | glucose | plasma glucose two hours into an oral tolerance test | mg/dl |
    /// | pressure | diastolic blood pressure | mm Hg |
    /// | triceps | thickness of the triceps skin fold | mm |
    /// | insulin | serum insulin after two hours | µU/ml |
    /// | mass | body mass index | kg/m² |
    /// | pedigree | diabetes in the family, weighted by kinship | |
    /// | age | age | years |
    pub features: Vec<String>,
}

/// The clinical data of the Keras tutorials; it travels inside the crate.
///
/// Beware: in glucose, pressure, triceps, insulin and mass a zero stands for a value that is missing. Nobody has a blood pressure of 0.
/// [`Diabetes::missing`] counts them, [`Diabetes::x_with_gaps`] shows them as what they are.
///
/// ```
/// let diabetes = nnlib::data::diabetes()?;
/// assert_eq!((diabetes.data.x.dim(), diabetes.data.class_counts()), ((768, 8), vec![500, 268]));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// None, unless the crate was built from a damaged file.
pub fn diabetes() -> Result<Diabetes, Error> {
    let table = Table::parse(include_str!("../../data/pima-indians-diabetes.csv"))?;
    let features = table.columns().iter().filter(|name| *name != "diabetes").cloned().collect();
    Ok(Diabetes { data: table.dataset("diabetes")?, features })
}

impl Diabetes {
    /// How many values each feature lacks: the zeros where none can be.
    ///
    /// ```
    /// let missing = nnlib::data::diabetes()?.missing();
    /// assert_eq!(missing[4], ("insulin".to_owned(), 374)); // of 768
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn missing(&self) -> Vec<(String, usize)> {
        let count = |column: ArrayView1<'_, f64>| column.iter().filter(|x| x.is_nan()).count();
        self.features.iter().cloned().zip(self.x_with_gaps().columns().into_iter().map(count)).collect()
    }

    /// The measurements with a NaN for every value that is missing, for an [`Imputer`](super::Imputer) to fill.
    pub fn x_with_gaps(&self) -> Array2<f64> {
        let mut x = self.data.x.clone();
        for (mut column, name) in x.columns_mut().into_iter().zip(&self.features) {
            if ZERO_IS_MISSING.contains(&name.as_str()) {
                column.mapv_inplace(|value| if value == 0.0 { f64::NAN } else { value });
            }
        }
        x
    }
}
