"""What is shipped: wheel, sdist, image, bill of materials."""
