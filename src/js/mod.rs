//! The only door to swc: parse, print (always through the fixer), scope, sites.
