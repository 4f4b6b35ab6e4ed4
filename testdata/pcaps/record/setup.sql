-- What every capture begins with; emptied rather than dropped, so that the table keeps its OID.
set client_min_messages = warning;
create table if not exists items (
  id    int generated always as identity primary key,
  name  text not null unique,
  price numeric(10,2) check (price >= 0),
  note  text
);
grant all on items to public;
truncate items restart identity;
insert into items (name, price, note) values
  ('apple', 0.50, null),
  ('bread', 2.20, 'whole grain'),
  ('Käse', 4.75, '');
drop publication if exists items;
create publication items for table items;
