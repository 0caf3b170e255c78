# What the module would make, with the provider's schema and without its cloud: terraform test (1.7 or newer).
mock_provider "aws" {
  mock_data "aws_subnet" {
    defaults = {
      vpc_id            = "vpc-0123456789abcdef0"
      availability_zone = "eu-central-1a"
    }
  }
}

variables {
  subnet_id      = "subnet-0123456789abcdef0"
  package_url    = "https://downloads.shop.example/haat.deb"
  package_sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  public_url     = "https://api.shop.example"
  frontend_url   = "https://shop.example"
  admin_networks = ["198.51.100.7/32"]
}

run "a_machine_with_a_disk_of_its_own" {
  command = plan

  assert {
    condition     = strcontains(aws_instance.shop.user_data, "PUBLIC_URL=https://api.shop.example\n")
    error_message = "the settings are not filled in"
  }
  assert {
    condition     = strcontains(aws_instance.shop.user_data, "'${var.package_sha256}  /root/haat.deb' | sha256sum -c")
    error_message = "the package is not compared with its checksum"
  }
  assert {
    condition     = aws_volume_attachment.data.device_name == "/dev/sdf" && strcontains(aws_instance.shop.user_data, "for name in /dev/sdf ")
    error_message = "the machine looks for its disk elsewhere"
  }
  assert {
    condition     = aws_ebs_volume.data.encrypted && aws_ebs_volume.data.availability_zone == "eu-central-1a"
    error_message = "the disk is not encrypted, or elsewhere"
  }
  assert {
    condition     = toset([for rule in aws_security_group.shop.ingress : rule.from_port]) == toset([22, 80, 443])
    error_message = "other ports are open"
  }
}

run "ssh_is_shut_where_nobody_is_named" {
  command = plan

  variables {
    admin_networks = []
  }
  assert {
    condition     = toset([for rule in aws_security_group.shop.ingress : rule.from_port]) == toset([80, 443])
    error_message = "other ports are open"
  }
}

run "a_package_without_a_checksum_is_refused" {
  command = plan

  variables {
    package_sha256 = "none"
  }
  expect_failures = [var.package_sha256]
}
