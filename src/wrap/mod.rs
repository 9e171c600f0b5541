//! What makes a mutated program safe to run and readable to a judge: taming and the timing frame.
