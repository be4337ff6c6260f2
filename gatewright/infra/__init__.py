"""Bicep, parameter files and azd files, checked without Azure and without a Bicep compiler.

`check.check_infra` is the entry. Only `parse` knows tree-sitter.
"""
