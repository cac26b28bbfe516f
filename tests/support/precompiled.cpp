// Holds nothing: a target that gives others its precompiled header has a source.
