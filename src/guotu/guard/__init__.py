"""Who may: identity and the compilation of access plans."""
