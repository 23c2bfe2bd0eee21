"""Sentences and targets → features, on scikit-learn's vectorizers. Import the module you need."""
