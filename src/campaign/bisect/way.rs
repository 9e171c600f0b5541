//! How a file has to be run so that it fails.

use std::fmt;

use camino::Utf8PathBuf;

use super::Case;

/// Passes of a batch over one server: what needs more of them is found by longer runs, not by bisecting.
const PASSES: usize = 11;
/// Files that one run may hold; large batches have fewer passes.
const FILES: usize = 60;

/// From the cheapest to the dearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By itself, on a fresh server.
    Alone,
    /// After the files that ran before it, on a fresh server.
    AfterEarlier,
    /// Those and it so many times over, on a server that is not restarted between them.
    OverAndOver(usize),
}

impl Way {
    /// All that the case has. Other clients' programs run beside its last file only, so that nothing is gained from passes.
    pub fn all(case: &Case) -> Vec<Self> {
        let earlier = (!case.earlier.is_empty()).then_some(Self::AfterEarlier);
        let passes = (FILES / (case.earlier.len() + 1)).clamp(2, PASSES);
        let over = case.together.is_empty().then_some(Self::OverAndOver(passes));
        [Some(Self::Alone), earlier, over].into_iter().flatten().collect()
    }

    /// The files in the order of their runs; the case's own is the last.
    pub fn files(self, case: &Case) -> Vec<Utf8PathBuf> {
        let pass = || case.earlier.iter().chain([&case.file]).cloned();
        match self {
            Self::Alone => vec![case.file.clone()],
            Self::AfterEarlier => pass().collect(),
            Self::OverAndOver(passes) => (0..passes).flat_map(|_| pass()).collect(),
        }
    }

    /// The same with no more passes than it takes to run so many files.
    pub fn cut(self, case: &Case, files: usize) -> Self {
        match self {
            Self::OverAndOver(passes) => Self::OverAndOver(files.div_ceil(case.earlier.len() + 1).clamp(2, passes)),
            way => way,
        }
    }
}

/// As the end of a sentence that says how often it fails.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone => Ok(()),
            Self::AfterEarlier => f.write_str(" after the files before it"),
            Self::OverAndOver(passes) => write!(f, " where everything runs {passes} times over on one server"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(earlier: &[&str], together: &[&str]) -> Case {
        let paths = |names: &[&str]| names.iter().map(Utf8PathBuf::from).collect();
        Case { earlier: paths(earlier), together: paths(together), ..Case::of("f".into()) }
    }

    #[test]
    fn a_file_alone_is_tried_alone_and_then_over_and_over() {
        assert_eq!(Way::all(&case(&[], &[])), [Way::Alone, Way::OverAndOver(11)]);
        assert_eq!(Way::all(&case(&[], &["g"])), [Way::Alone]);
    }

    #[test]
    fn large_batches_have_few_passes() {
        let names = ["e"; 29];
        assert_eq!(Way::all(&case(&names, &[])), [Way::Alone, Way::AfterEarlier, Way::OverAndOver(2)]);
    }

    #[test]
    fn passes_that_were_not_needed_are_cut_off_whole() {
        let case = case(&["e"], &[]);
        let way = Way::OverAndOver(11).cut(&case, 5);
        assert_eq!(way, Way::OverAndOver(3));
        assert_eq!(way.files(&case), ["e", "f", "e", "f", "e", "f"]);
    }
}
