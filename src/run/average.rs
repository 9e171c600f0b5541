//! The average runtime of the files of a batch, from which the hang timer takes its threshold.

use std::time::Duration;

/// Sum and count of runtimes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Average {
    sum: Duration,
    count: u32,
}

impl Average {
    /// Adds one file's runtime.
    pub fn add(&mut self, runtime: Duration) {
        self.sum += runtime;
        self.count += 1;
    }

    /// The mean; nothing before the first file.
    pub fn value(&self) -> Option<Duration> {
        self.sum.checked_div(self.count)
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
}
