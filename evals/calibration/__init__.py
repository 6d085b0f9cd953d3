"""Whether a confidence means what it says, and which threshold it allows: arithmetic on confidences and outcomes."""
