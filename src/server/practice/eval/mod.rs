//! What queries and pipelines mean: matching, projecting, sorting, expressions and stages, over plain documents.
