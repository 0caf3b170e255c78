# Where things go, and the Debian package: cpack -G DEB in a build folder.
include(GNUInstallDirs)

install(TARGETS haat RUNTIME DESTINATION bin)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/haat.service ${CMAKE_CURRENT_LIST_DIR}/haat.socket DESTINATION lib/systemd/system)
install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE compose.yaml DESTINATION share/doc/haat)
install(DIRECTORY docs deploy DESTINATION share/doc/haat)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION share/doc/haat)

foreach(compressed haat.1:share/man/man1/haat.1.gz ../CHANGELOG.md:share/doc/haat/changelog.gz)
  string(REPLACE ":" ";" compressed ${compressed})
  list(GET compressed 0 from)
  list(GET compressed 1 to)
  get_filename_component(name ${to} NAME)
  get_filename_component(folder ${to} DIRECTORY)
  set(made ${PROJECT_BINARY_DIR}/generated/${name})
  add_custom_command(
    OUTPUT ${made}
    COMMAND sh -c "gzip -9nc '${CMAKE_CURRENT_LIST_DIR}/${from}' > '${made}'"
    DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${from} VERBATIM)
  list(APPEND HAAT_COMPRESSED ${made})
  install(FILES ${made} DESTINATION ${folder})
endforeach()
add_custom_target(haat_documents ALL DEPENDS ${HAAT_COMPRESSED})

# Settings of the service. Not below a prefix: systemd and people look for them here.
install(FILES ${CMAKE_CURRENT_LIST_DIR}/haat.env DESTINATION /etc/haat PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(CODE "file(CREATE_LINK haat.env \"\$ENV{DESTDIR}/etc/haat/.env\" SYMBOLIC)")

set(CPACK_PACKAGE_CONTACT "The Haat maintainers <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "commerce backend in one program")
set(CPACK_PACKAGE_DESCRIPTION "Accounts, catalogue with search, carts, delivery addresses, images and mail of an online shop,
behind a REST API. Data is kept in one folder, in an embedded database.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libvips is loaded by its name, which the tool that looks for libraries does not see.
execute_process(COMMAND dpkg-query -S ${HAAT_VIPS_FILE} OUTPUT_VARIABLE HAAT_VIPS_PACKAGE ERROR_QUIET)
string(REGEX MATCH "^[^:]+" HAAT_VIPS_PACKAGE "${HAAT_VIPS_PACKAGE}")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers, ${HAAT_VIPS_PACKAGE}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/${script})
endforeach()
include(CPack)
