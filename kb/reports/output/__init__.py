"""Every form an audit is given in: one module a format. Must not know how anything was found."""
