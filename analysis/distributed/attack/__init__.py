"""What an attacker can work out from sums of whole numbers, tried before a bundle is released."""
