//! Changes to syntax trees: the trait, the weighted list, one mutator a file, the dictionary.
