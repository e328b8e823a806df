"""What PyTorch says: live, recorded, and a small model that holds to every must."""
