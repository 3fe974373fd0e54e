"""What a catalogue must fulfil, one module for each kind of mistake."""
