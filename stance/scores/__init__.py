"""Features → scores and probabilities: classifiers, folds, calibration. Import the module you need."""
