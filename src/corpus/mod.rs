//! The JavaScript tests a run starts from: load, index, find the newly committed ones, draw sets.
