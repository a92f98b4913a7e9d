"""An invented practice for trying the product out. Nobody in it exists."""
