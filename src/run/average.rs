//! Average runtimes, from which the hang timer takes its thresholds: per kind of file, and of statements.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

/// Kinds of files that are remembered, and files of one kind that count: what was long ago counts less.
const MOST_KINDS: usize = 1_000;
const MOST_FILES: u32 = 200;

/// Sum and count of runtimes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Average {
    sum: Duration,
    count: u32,
}

impl Average {
    /// Adds one runtime.
    pub fn add(&mut self, runtime: Duration) {
        self.sum += runtime;
        self.count = self.count.saturating_add(1);
    }

    /// The mean; nothing before the first.
    pub fn value(&self) -> Option<Duration> {
        self.sum.checked_div(self.count)
    }

    /// The same mean of no more than so many.
    fn at_most(self, count: u32) -> Self {
        match self.value() {
            Some(mean) if self.count > count => Self { sum: mean * count, count },
            _ => self,
        }
    }

    fn and(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, count: self.count.saturating_add(other.count) }
    }
}

/// What makes files comparable: the same product and build, and a size of the same class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileKind {
    product: String,
    build: String,
    size_class: u32,
}

impl FileKind {
    /// Of a file that runs on that build of that product. A class reaches from a power of four of bytes to the next.
    pub fn of(product: &str, build: Option<&str>, file: &Utf8Path) -> Self {
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let size_class = (u64::BITS - bytes.leading_zeros()) / 2;
        Self { product: product.into(), build: build.unwrap_or_default().into(), size_class }
    }
}

/// What runs before this one took, by kind of file.
pub type Remembered = Vec<(FileKind, Average)>;

/// Averages by kind of file: of this run, and of those before it. A seed stands for the baseline and counts as one file
/// of each kind.
#[derive(Clone, Debug, Default)]
pub struct Averages {
    seed: Option<Duration>,
    before: BTreeMap<FileKind, Average>,
    by_kind: BTreeMap<FileKind, Average>,
}

impl Averages {
    /// Says what a file is likely to take.
    pub fn seed(&mut self, runtime: Duration) {
        self.seed = Some(runtime);
    }

    /// Takes what runs before this one took.
    pub fn remember(&mut self, before: Remembered) {
        let kinds = before.into_iter().take(MOST_KINDS);
        self.before = kinds.map(|(kind, average)| (kind, average.at_most(MOST_FILES))).collect();
    }

    /// What the next run shall remember.
    pub fn to_remember(&self) -> Remembered {
        let mut all = self.before.clone();
        for (kind, average) in &self.by_kind {
            let before = all.remove(kind).unwrap_or_default();
            all.insert(kind.clone(), average.and(before).at_most(MOST_FILES));
        }
        all.into_iter().take(MOST_KINDS).collect()
    }

    /// Adds one file's runtime.
    pub fn add(&mut self, kind: FileKind, runtime: Duration) {
        self.by_kind.entry(kind).or_default().add(runtime);
    }

    /// The mean of that kind, the seed included; nothing while nothing is known.
    pub fn value(&self, kind: &FileKind) -> Option<Duration> {
        let of = |averages: &BTreeMap<FileKind, Average>| averages.get(kind).copied().unwrap_or_default();
        let mut average = of(&self.by_kind).and(of(&self.before));
        self.seed.into_iter().for_each(|seed| average.add(seed));
        average.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_average_before_the_first_file() {
        let mut average = Average::default();
        assert_eq!(average.value(), None);
        average.add(Duration::from_secs(1));
        average.add(Duration::from_secs(3));
        assert_eq!(average.value(), Some(Duration::from_secs(2)));
    }

    #[test]
    fn what_is_remembered_counts_with_a_bound() {
        let kind = FileKind { product: "mongod".into(), build: "7.0".into(), size_class: 3 };
        let mut first = Averages::default();
        (0..1_000).for_each(|_| first.add(kind.clone(), Duration::from_secs(2)));
        let mut second = Averages::default();
        second.remember(first.to_remember());
        assert_eq!(second.value(&kind), Some(Duration::from_secs(2)));
        (0..MOST_FILES).for_each(|_| second.add(kind.clone(), Duration::from_secs(4)));
        assert_eq!(second.value(&kind), Some(Duration::from_secs(3)));
        assert_eq!(second.to_remember()[0].1.count, MOST_FILES);
    }

    #[test]
    fn large_files_and_other_builds_have_averages_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(folder.join("small.js"), "1;").unwrap();
        std::fs::write(folder.join("large.js"), vec![b' '; 100_000]).unwrap();
        let small = FileKind::of("mongod", Some("7.0"), &folder.join("small.js"));
        let large = FileKind::of("mongod", Some("7.0"), &folder.join("large.js"));
        let old = FileKind::of("mongod", Some("4.0"), &folder.join("small.js"));
        let mut averages = Averages::default();
        averages.add(small.clone(), Duration::from_secs(2));
        assert_eq!((averages.value(&large), averages.value(&old)), (None, None));
        averages.seed(Duration::from_secs(4));
        assert_eq!(averages.value(&small), Some(Duration::from_secs(3)));
        assert_eq!(averages.value(&large), Some(Duration::from_secs(4)));
    }
}
