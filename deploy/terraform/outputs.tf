output "address" {
  description = "The machine's public address, for the DNS entry of public_url."
  value       = aws_instance.shop.public_ip
}

output "instance_id" {
  description = "The machine."
  value       = aws_instance.shop.id
}

output "data_volume_id" {
  description = "The disk with database and images."
  value       = aws_ebs_volume.data.id
}
