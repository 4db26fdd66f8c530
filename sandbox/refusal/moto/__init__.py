"""All that knows moto, the emulator underneath. Nothing outside this folder does."""
